using System.Diagnostics;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Exploration;

/// <summary>Walks all states of a world, breadth first, so that the run it tells is a shortest one.</summary>
internal sealed class Explorer
{
    private readonly Explorable _start;
    private readonly StateSet _seen = new();
    private readonly List<(int Parent, Move Move)> _steps = [];
    private readonly List<Move> _moves = [];
    private readonly int _maxStates;
    private List<(Explorable World, int Index)> _next = [];
    private long _edges;
    private int _rests;

    private Explorer(Explorable start, int maxStates) => (_start, _maxStates) = (start, maxStates);

    /// <summary>Explores a world until nothing new is found, a property does not hold, or a limit is reached.</summary>
    internal static ExplorationResult Run(Explorable start, int maxStates = int.MaxValue) =>
        new Explorer(start, maxStates).Run();

    private ExplorationResult Run()
    {
        var watch = Stopwatch.StartNew();
        var depth = 0;
        Exception? failure = null;
        var last = -1;
        _seen.Add(_start.Hash());
        _steps.Add((-1, default));
        _next.Add((_start, 0));
        while (_next.Count > 0 && failure is null && _seen.Count < _maxStates)
        {
            var level = _next;
            _next = [];
            for (var index = 0; index < level.Count && failure is null; index++)
            {
                (failure, last) = Expand(level[index].World, level[index].Index);
                level[index] = default; // Lets go of its memory.
            }

            depth += _next.Count > 0 ? 1 : 0;
        }

        return new ExplorationResult(
            _seen.Count,
            _edges,
            depth,
            _rests,
            watch.Elapsed,
            IsClosed: failure is null && _next.Count == 0,
            (failure as PropertyException)?.Property ?? (failure is null ? null : "invariant"),
            failure?.Message,
            failure is null ? [] : Tell(last, failure.Message));
    }

    private (Exception? Failure, int Last) Expand(Explorable world, int index)
    {
        _moves.Clear();
        try
        {
            if (world.Collect(_moves))
            {
                _rests++;
                world.CheckRest();
            }
        }
        catch (PropertyException exception)
        {
            return (exception, index);
        }

        foreach (var move in _moves)
        {
            _edges++;
            var copy = world.Copy();
            try
            {
                copy.Do(move);
            }
            catch (Exception exception) when (exception is PropertyException or InvariantViolationException)
            {
                _steps.Add((index, move));
                return (exception, _steps.Count - 1);
            }

            if (_seen.Add(copy.Hash()))
            {
                _steps.Add((index, move));
                _next.Add((copy, _steps.Count - 1));
            }
        }

        return (null, -1);
    }

    /// <summary>The run that leads to a state, move by move, with what the machines did and what is wrong.</summary>
    private IReadOnlyList<string> Tell(int last, string failure)
    {
        var moves = new Stack<Move>();
        for (var index = last; index > 0; index = _steps[index].Parent)
        {
            moves.Push(_steps[index].Move);
        }

        var world = _start.Copy();
        world.Notes = [];
        foreach (var move in moves)
        {
            world.Notes.Add(world.Tell(move));
            try
            {
                world.Do(move);
            }
            catch (Exception exception) when (exception is PropertyException or InvariantViolationException)
            {
                break; // The last move, which is told as far as it came.
            }
        }

        return [.. world.Notes, $"!! {failure}"];
    }
}

/// <summary>What came of exploring a world.</summary>
/// <param name="States">Different states, mirrored ones counted once.</param>
/// <param name="Edges">Steps that were tried.</param>
/// <param name="Depth">Steps to the farthest state.</param>
/// <param name="Rests">States in which only clients and faults can set something off.</param>
/// <param name="Time">How long it took.</param>
/// <param name="IsClosed">Whether all states were walked and everything held.</param>
/// <param name="Property">The property that does not hold, or nothing.</param>
/// <param name="Failure">What was seen instead.</param>
/// <param name="Story">A shortest run to it.</param>
internal sealed record ExplorationResult(
    int States,
    long Edges,
    int Depth,
    int Rests,
    TimeSpan Time,
    bool IsClosed,
    string? Property,
    string? Failure,
    IReadOnlyList<string> Story);
