"""The kit of the framework: a desk with this plugin enabled, sample people, a clock that stands still."""

pytest_plugins = ["itsm.plugins.testing"]
