"""The owner's verbs on AWS: build, deploy, keep the AI's keys, take everything down again."""
