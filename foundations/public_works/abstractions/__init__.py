"""What the platform asks of its infrastructure: one small protocol per file, no vendor's name in any of them."""
