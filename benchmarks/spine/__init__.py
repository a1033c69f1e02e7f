"""The spine under load, beside its peers, on one machine in one run. ``make bench``."""
