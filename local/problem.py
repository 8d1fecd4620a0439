"""What stops a command, said so that people can mend it."""


class Problem(Exception):
    def __init__(self, spanish: str, english: str) -> None:
        super().__init__(f"{spanish}\n{english}")
        self.spanish, self.english = spanish, english
