"""`python -m config.embedded.remove`: stop both servers and delete their data, wherever it is."""

from config.embedded.launcher import DATA, SERVERS

for server in SERVERS.values():
    server(DATA / server.name.lower()).remove()
