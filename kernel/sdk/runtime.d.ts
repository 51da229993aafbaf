/** What the types of AssemblyScript leave out: the collector of its runtime `minimal`, which runs when it is called. */
declare function __collect(): void
