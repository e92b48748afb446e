"""What is kept: SQLite through sqlite-utils, addresses sealed, one module per subject."""
