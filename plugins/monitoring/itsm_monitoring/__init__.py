"""Monitoring: alerts of other systems become incidents, and close them."""
