"""One controller a task; none calls another."""
