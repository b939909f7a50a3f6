"""An ASGI application that says everything again, straight to the line; run by real servers."""

from typing import Any

from realtime.wire import Text, straight_to, wait_for_the_last_word


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    wire = straight_to(send)
    if wire is None:
        await send({"type": "websocket.close", "code": 4000})
        return
    while (message := await receive())["type"] == "websocket.receive":
        if message["text"] == "asgi":
            await send({"type": "websocket.send", "text": "asgi"})
        elif message["text"].startswith("many "):
            for number in range(int(message["text"].removeprefix("many "))):
                wire.write(Text(f"{number} {'x' * 10_000}"))
        elif message["text"] == "away":
            wait_for_the_last_word(send, 8)
            await send({"type": "websocket.close", "code": 4429})
        elif message["text"] == "close":
            if not wire.close(1013):
                await send({"type": "websocket.close", "code": 1013})
            assert not wire.write(Text("after the end")), "a closed socket takes nothing"
        else:
            wire.write(Text(message["text"]))
