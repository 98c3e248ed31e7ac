"""The sandbox's mailboxes: where their mail comes from, how they change, what they remember."""
