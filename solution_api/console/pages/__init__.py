"""The console's pages, one file each; ``install`` registers a page."""
