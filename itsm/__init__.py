"""A plugin-based ITSM framework with a CMDB; this module holds the version and nothing more."""

__version__ = "0.1.0"
