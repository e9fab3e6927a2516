"""Another date, asked for or chosen, from the pages."""
