using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;

namespace Orleans.Groups.Tests;

/// <summary>
/// Faults of the connections between the silos of one test, by connection middleware: under everything that silos say
/// to each other, grain calls and membership included. Any thread.
/// </summary>
/// <remarks>
/// <para>
/// Each connection is outbound at exactly one silo, so the middleware sits there and pumps both directions, message by
/// message, whatever the transport is. A silo is named by its port.
/// </para>
/// <para>
/// Probes are cut like everything else. So that a cut alone declares nobody dead, the silos of
/// <see cref="LinkCluster"/> wait for a probe longer than any test runs; a test that wants a death says so to
/// membership.
/// </para>
/// </remarks>
internal sealed class ConnectionFaults(int seed)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int From, int To), LinkFault> _faults = [];
    private readonly Dictionary<(int From, int To), LinkFaultCounts> _counts = [];
    private readonly HashSet<int> _isolated = [];
    private readonly List<FaultyConnection> _connections = [];
    private readonly List<(Func<bool> Holds, TaskCompletionSource Source)> _waiters = [];
    private TaskCompletionSource _changed = NewSource();
    private int _opened;

    /// <summary>Puts the middleware into a silo.</summary>
    internal void Install(ISiloBuilder silo, int port) => silo.Configure<SiloConnectionOptions>(options =>
        options.ConfigureSiloOutboundConnection(builder => builder.Use(next => context =>
            RunAsync(port, ((IPEndPoint)context.RemoteEndPoint!).Port, context, next))));

    /// <summary>From now on this happens from one silo to another.</summary>
    internal void Set(int from, int to, LinkFault fault) => Change(() => _faults[(from, to)] = fault);

    /// <summary>From now on this happens both ways.</summary>
    internal void SetBoth(int left, int right, LinkFault fault)
    {
        Set(left, right, fault);
        Set(right, left, fault);
    }

    /// <summary>All faults are over; what is held goes on its way. Isolated silos stay so.</summary>
    internal void Heal() => Change(_faults.Clear);

    /// <summary>All connections of a silo are reset, and none begins any more.</summary>
    internal void Isolate(int port)
    {
        Change(() => _isolated.Add(port));
        AbortAll(connection => connection.From == port || connection.To == port);
    }

    /// <summary>Resets the connections between two silos: what is on its way is lost. New ones may begin.</summary>
    internal int Abort(int left, int right) => AbortAll(connection =>
        (connection.From == left && connection.To == right) || (connection.From == right && connection.To == left));

    /// <summary>What the faults from one silo to another have met so far.</summary>
    internal LinkFaultCounts CountsOf(int from, int to)
    {
        lock (_gate)
        {
            if (!_counts.TryGetValue((from, to), out var counts))
            {
                _counts.Add((from, to), counts = new LinkFaultCounts());
            }

            return counts;
        }
    }

    /// <summary>What all faults have met so far.</summary>
    internal int Sum(Func<LinkFaultCounts, int> count)
    {
        lock (_gate)
        {
            return _counts.Values.Sum(count);
        }
    }

    /// <summary>Completes when a condition on the counts holds.</summary>
    internal Task WhenAsync(Func<bool> holds)
    {
        lock (_gate)
        {
            if (holds())
            {
                return Task.CompletedTask;
            }

            var source = NewSource();
            _waiters.Add((holds, source));
            return source.Task;
        }
    }

    /// <summary>What happens now in a direction, and what completes when that is changed.</summary>
    internal (LinkFault Fault, Task Changed) FaultOf(int from, int to)
    {
        lock (_gate)
        {
            return (_faults.GetValueOrDefault((from, to), LinkFault.None), _changed.Task);
        }
    }

    /// <summary>A direction counts something.</summary>
    internal void Count(int from, int to, Action<LinkFaultCounts> count)
    {
        var counts = CountsOf(from, to);
        lock (_gate)
        {
            count(counts);
            Wake();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync(int from, int to, ConnectionContext context, ConnectionDelegate next)
    {
        FaultyConnection connection;
        bool isRefused;
        lock (_gate)
        {
            connection = new FaultyConnection(this, from, to, context, unchecked((seed * 7919) + ++_opened));
            isRefused = _isolated.Contains(from) || _isolated.Contains(to);
            _connections.Add(connection);
        }

        if (isRefused)
        {
            connection.Abort();
        }

        try
        {
            await connection.RunAsync(next);
        }
        finally
        {
            lock (_gate)
            {
                _connections.Remove(connection);
            }
        }
    }

    private int AbortAll(Predicate<FaultyConnection> isMeant)
    {
        List<FaultyConnection> meant;
        lock (_gate)
        {
            meant = _connections.FindAll(isMeant);
        }

        meant.ForEach(static connection => connection.Abort());
        return meant.Count;
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            (changed, _changed) = (_changed, NewSource());
        }

        changed.SetResult();
    }

    /// <summary>Locked by the caller.</summary>
    private void Wake()
    {
        for (var index = _waiters.Count - 1; index >= 0; index--)
        {
            if (_waiters[index].Holds())
            {
                _waiters[index].Source.TrySetResult();
                _waiters.RemoveAt(index);
            }
        }
    }
}
