"""Control of a plugin while it runs: faults with triggers, the clock, users, queues, a journal."""
