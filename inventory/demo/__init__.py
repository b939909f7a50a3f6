"""A believable business to look at: `manage.py demo` makes it, `manage.py simulate` moves it."""
