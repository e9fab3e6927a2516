"""Everything in the database to a folder of files, and from there into an empty one: another machine or engine."""
