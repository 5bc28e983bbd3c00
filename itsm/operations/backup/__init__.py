"""Backups: one archive of rows and files that either database can write and either can take back.

A part of the archive holds the rows of one table in PostgreSQL's text format of COPY, moments as fixed-width UTC, bytes
as hexadecimal digits. The schema is not in it: the revisions are, and migrations make it again.
"""
