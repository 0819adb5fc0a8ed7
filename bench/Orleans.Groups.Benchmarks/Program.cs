using BenchmarkDotNet.Running;
using Orleans.Groups.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(RingBenchmarks).Assembly).Run(args);
