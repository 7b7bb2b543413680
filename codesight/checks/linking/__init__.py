"""Whether two accounts look like one person: flags for the owner, never a verdict."""
