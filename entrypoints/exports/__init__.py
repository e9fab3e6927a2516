"""What people plan with, in the columns that the imports read: to take out, change, and bring in again."""
