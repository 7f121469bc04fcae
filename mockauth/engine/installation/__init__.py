"""ChatGPT's side as a user lives through it: a plugin is found, installed, signed in to and used, in
steps between which nothing is held but what `Keeper` keeps."""
