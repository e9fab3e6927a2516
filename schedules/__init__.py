"""Releases, patches and maintenance windows; the duties to give notice of them; the calendars that show them."""
