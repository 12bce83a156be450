"""Work behind the pages: outbox relay, jobs, scheduler."""
