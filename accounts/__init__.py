"""Who signs in, and who does what."""
