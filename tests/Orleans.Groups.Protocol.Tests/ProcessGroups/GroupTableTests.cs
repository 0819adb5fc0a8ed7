namespace Orleans.Groups.Protocol.Tests;

/// <summary>The lock-free table of groups.</summary>
public sealed class GroupTableTests
{
    [Fact]
    public void AnyChanges_EqualADictionary()
    {
        for (var seed = 0UL; seed < 50; seed++)
        {
            var random = new DeterministicRandom(seed);
            var table = new GroupTable();
            var model = new Dictionary<string, GroupCell>();
            for (var i = 0; i < 2_000; i++)
            {
                var name = $"group {random.Next(200)}";
                if (model.Remove(name, out var cell))
                {
                    table.Remove(cell);
                    cell.MarkRemoved();
                }
                else
                {
                    model.Add(name, cell = Cell(name));
                    table.Add(cell);
                }

                var other = $"group {random.Next(200)}";
                Assert.Same(model.GetValueOrDefault(other), table.Find(other));
            }
        }
    }

    [Fact]
    public void ReadersDuringWrites_AlwaysFindWhatStays()
    {
        var table = new GroupTable();
        var lasting = Enumerable.Range(0, 100).Select(i => Cell($"stays {i}")).ToList();
        lasting.ForEach(table.Add);
        using var readers = new ReaderThreads(2, () =>
        {
            foreach (var cell in lasting)
            {
                Assert.Same(cell, table.Find(cell.Name.Value));
            }
        });
        for (var round = 0; round < 300; round++)
        {
            var passing = Enumerable.Range(0, 500).Select(i => Cell($"passes {round} {i}")).ToList();
            passing.ForEach(table.Add);
            foreach (var cell in passing)
            {
                table.Remove(cell);
                cell.MarkRemoved();
            }
        }

        readers.Finish();
    }

    private static GroupCell Cell(string name) => new(name, GroupCell.HashOf(name));
}
