"""What `itsm doctor` looks at, one file for each part of the body; every finding says how it is mended."""
