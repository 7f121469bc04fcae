"""What ChatGPT sends and how it reads the answer: pure pairs, which open no socket."""
