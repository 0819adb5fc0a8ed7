namespace Orleans.Groups.Comparison;

/// <summary>Which engine a row is about.</summary>
internal enum Engine
{
    /// <summary>All nodes in one process; Erlang beside it in one virtual machine where that makes sense.</summary>
    InMemory,

    /// <summary>Three silos in three processes; Erlang beside it with three nodes in three processes.</summary>
    Orleans,
}

/// <summary>One line of the comparison: a piece of work, measured on both sides.</summary>
/// <param name="Name">For the command line.</param>
/// <param name="Work">For people.</param>
/// <param name="Engine">On which of our engines.</param>
/// <param name="Unit">What the figures are in.</param>
/// <param name="Goal">What design.md asks for; nothing where it asks for nothing.</param>
/// <param name="Erlang">The command for the Erlang side; nothing where it has nothing like it.</param>
/// <param name="Nodes">How many nodes our side has.</param>
/// <param name="Scenario">Our side.</param>
internal sealed record Row(
    string Name,
    string Work,
    Engine Engine,
    Unit Unit,
    double? Goal,
    string? Erlang,
    int Nodes,
    Func<EngineSide, Task<double>> Scenario);
