"""Welcome offer: some yuan off the first order of a new member. See README.md."""
