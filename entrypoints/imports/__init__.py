"""Take over what another administration knew, from CSV and Markdown files: all of a file, or nothing of it."""
