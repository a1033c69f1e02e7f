"""One service per module or folder; none calls another."""
