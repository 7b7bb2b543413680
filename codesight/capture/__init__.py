"""What the browser sends: protocol, events, masking, uploads, the common clock."""
