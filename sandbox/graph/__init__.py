"""The sandbox's Microsoft Graph v1.0: users, mail, subscriptions."""
