"""The page on which people answer a waiting run: by a signed link, without the admin, without JavaScript."""
