"""jq as this platform reads it: a strict parser and what may be known of an expression before it runs. Pure Python."""
