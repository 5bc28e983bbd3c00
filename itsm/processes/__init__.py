"""The processes of a desk: web, worker, and the supervisor of both, which is light and loads nothing of the desk."""
