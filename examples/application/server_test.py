# SPDX-License-Identifier: MIT
"""Many clients at once ask the server: server_test.py SERVER MODEL"""
import socket
import subprocess
import sys
import threading

CLIENTS, LINES, THREADS = 12, 200, 3
# A row of iris.csv each, and what it is.
FLOWERS = {"5.1 3.5 1.4 0.2": "setosa", "6.4 3.2 4.5 1.5": "versicolor",
           "6.3 2.9 5.6 1.8": "virginica"}
WRONG = {"1 2 3": "error: too few numbers", "1 2 3 x": "error: too few numbers",
         "1 2 3 4 5": "error: more than one number", "nan 1 1 1": "error: NaN",
         "1 1e99 1 1": "error: NaN"}


def ask(port, first, failures):
    answers = {}  # of one flower all must be equal
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        stream = connection.makefile("rw", newline="\n")
        for i in range(LINES):
            asked, expected = list({**FLOWERS, **WRONG}.items())[(first + i) % 8]
            stream.write(asked + "\n")
            stream.flush()
            answer = stream.readline()
            if not answer.startswith(expected) or answers.setdefault(asked, answer) != answer:
                failures.append(f"{asked}: {answer!r}, not {expected}")


def main():
    failures = []
    server = subprocess.Popen([sys.argv[1], sys.argv[2], "0", str(THREADS)],
                              stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().split()[1])
        # Clients that send a line without end, and leave.
        for begin in [b"1", b"1 \0"]:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                connection.sendall(begin + b"1" * 100000)
                if not connection.recv(100).startswith(b"error: the line is too long"):
                    failures.append(f"a line without end, {begin}")
        # One whose last line ends without a newline.
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(b"5.1 3.5 1.4 0.2")
            connection.shutdown(socket.SHUT_WR)
            if not connection.recv(100).startswith(b"setosa"):
                failures.append("a line that ends with the connection")
        clients = [threading.Thread(target=ask, args=(port, i, failures)) for i in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        if server.poll() is not None:
            failures.append(f"the server ended with {server.returncode}")
    finally:
        server.kill()
    print("\n".join(failures[:5]) or f"{CLIENTS * LINES} answers")
    sys.exit(bool(failures))


main()
