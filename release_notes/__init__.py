"""Release notes: Markdown per release and language, its history, and the HTML that is safe to show."""
