"""Entitlement: organisations have support until a day; afterwards their people open no tickets."""
