"""What `flask doctor` looks at: each check says that a thing is well, or what is wrong and how to mend it."""
