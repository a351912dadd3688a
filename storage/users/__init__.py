"""Users of the desk: sign-in, roles, tokens, and what they mark, read, mute and change."""
