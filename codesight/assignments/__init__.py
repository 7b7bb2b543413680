"""Stage 4: who does which scenario until when."""
