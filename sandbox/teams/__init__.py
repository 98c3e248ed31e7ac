"""Microsoft Teams as a bot sees it: the connector service, and people who chat with the bot."""
