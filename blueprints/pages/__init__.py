"""The pages for people, a module for each kind of them."""
