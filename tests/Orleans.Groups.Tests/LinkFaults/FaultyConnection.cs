using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Groups.Tests;

/// <summary>One connection between two silos, with a pump in each direction before the transport.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer, and a late abort must find it.")]
internal sealed class FaultyConnection
{
    private readonly ConnectionContext _context;
    private readonly IDuplexPipe _real;
    private readonly Pipe _there = new();
    private readonly Pipe _back = new();
    private readonly CancellationTokenSource _reset = new();
    private readonly FaultyDirection _thereDirection;
    private readonly FaultyDirection _backDirection;

    /// <param name="faults">The faults of the test.</param>
    /// <param name="from">The silo that has opened it.</param>
    /// <param name="to">The other one.</param>
    /// <param name="context">The connection itself.</param>
    /// <param name="seed">Of what is drawn for it.</param>
    internal FaultyConnection(ConnectionFaults faults, int from, int to, ConnectionContext context, int seed)
    {
        (From, To) = (from, to);
        _context = context;
        _real = context.Transport;
        _thereDirection = new FaultyDirection(faults, from, to, new Random(seed), _reset.Token);
        _backDirection = new FaultyDirection(faults, to, from, new Random(~seed), _reset.Token);
    }

    internal int From { get; }

    internal int To { get; }

    /// <summary>Runs the connection until it is closed.</summary>
    internal async Task RunAsync(ConnectionDelegate next)
    {
        _context.Transport = new Ends(_back.Reader, _there.Writer);
        var pumps = Task.WhenAll(
            _thereDirection.RunAsync(_there.Reader, _real.Output),
            _backDirection.RunAsync(_real.Input, _back.Writer));
        try
        {
            await next(_context);
        }
        finally
        {
            await _there.Writer.CompleteAsync();
            await _back.Reader.CompleteAsync();
            await _reset.CancelAsync();
            await pumps;
            _context.Transport = _real;
        }
    }

    /// <summary>Resets it: what is on its way is lost. Again changes nothing.</summary>
    internal void Abort()
    {
        _reset.Cancel();
        _context.Abort();
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
