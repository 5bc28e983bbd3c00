"""Roster: `itsm import roster people.vcf`."""
