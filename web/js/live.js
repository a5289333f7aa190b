// SPDX-License-Identifier: MIT
// The event stream.  The browser reconnects with Last-Event-ID by itself; where it gives
// up (the server is gone, or all its streams are taken) this asks again, less and less
// often.  A hidden page holds no stream: a server has few.

const TYPES = ["job", "lane", "epoch", "sample", "report"];
const FIRST_WAIT_MS = 1000;
const LAST_WAIT_MS = 15000;

export function follow(address, { onEvent, onOpen, onLost }) {
  let source = null;
  let timer = 0;
  let wait = FIRST_WAIT_MS;

  function open() {
    clearTimeout(timer);
    if (source || document.hidden) {
      return;
    }
    source = new EventSource(address);
    source.onopen = () => {
      wait = FIRST_WAIT_MS;
      onOpen();
    };
    source.onerror = () => {
      onLost();
      if (source && source.readyState === EventSource.CLOSED) {
        close();
        timer = setTimeout(open, wait);
        wait = Math.min(wait * 2, LAST_WAIT_MS);
      }
    };
    for (const type of TYPES) {
      source.addEventListener(type, (event) => deliver(type, event.data));
    }
  }

  function deliver(type, data) {
    try {
      onEvent(type, JSON.parse(data));
    } catch (error) {
      if (!(error instanceof SyntaxError)) {
        throw error;
      }
    }
  }

  function close() {
    if (source) {
      source.close();
      source = null;
    }
  }

  function visibility() {
    if (document.hidden) {
      clearTimeout(timer);
      close();
    } else {
      wait = FIRST_WAIT_MS;
      open();
    }
  }

  document.addEventListener("visibilitychange", visibility);
  open();
  return {
    retry() {
      wait = FIRST_WAIT_MS;
      open();
    },
  };
}
