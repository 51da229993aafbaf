/**
 * The functions of the world around, of WASI preview 1 with the sockets of WasmEdge 0.14. The driver (src/kernel/compile.ts) puts the
 * name of their module in front of each. WasmEdge 0.14 links an import of a wrong arity and then corrupts its own memory, so
 * test/pod-module.test.ts holds every signature against a list.
 */
export declare function environ_sizes_get(count: usize, bytes: usize): i32
export declare function environ_get(pointers: usize, text: usize): i32
export declare function clock_time_get(clock: i32, precision: i64, time: usize): i32
export declare function fd_write(fd: i32, vectors: usize, count: i32, written: usize): i32
export declare function fd_close(fd: i32): i32
export declare function fd_fdstat_set_flags(fd: i32, flags: i32): i32
export declare function poll_oneoff(wanted: usize, events: usize, count: i32, found: usize): i32
export declare function sock_open(family: i32, type: i32, fd: usize): i32
export declare function sock_connect(fd: i32, address: usize, port: i32): i32
export declare function sock_recv(
  fd: i32,
  vectors: usize,
  count: i32,
  flags: i32,
  received: usize,
  flagsOut: usize,
): i32
export declare function sock_send(fd: i32, vectors: usize, count: i32, flags: i32, sent: usize): i32
export declare function sock_getsockopt(
  fd: i32,
  level: i32,
  name: i32,
  value: usize,
  bytes: usize,
): i32
export declare function sock_getaddrinfo(
  node: usize,
  nodeBytes: i32,
  service: usize,
  serviceBytes: i32,
  hints: usize,
  found: usize,
  foundMax: i32,
  foundCount: usize,
): i32

export const SUCCESS = 0
export const AGAIN = 6
export const IN_PROGRESS = 26
