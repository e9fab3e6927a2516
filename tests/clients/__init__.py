"""The calendar programs that customers have, reading what the running product serves."""
