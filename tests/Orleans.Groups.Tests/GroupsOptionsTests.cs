namespace Orleans.Groups.Tests;

public sealed class GroupsOptionsTests
{
    [Fact]
    public void GetErrors_Defaults_HasNone() => Assert.Empty(new GroupsOptions().GetErrors());

    [Fact]
    public void GetErrors_SeveralWrong_ListsAllOfThem()
    {
        var options = new GroupsOptions { ClientLease = TimeSpan.Zero, RecordStorage = " " };
        options.ProcessGroups.MaxScopes = 0;
        options.Multicast.MaxMembers = 0;

        var errors = options.GetErrors();

        Assert.Equal(4, errors.Count);
        Assert.Contains(errors, error => error.StartsWith("GroupsOptions.ClientLease", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("GroupsOptions.RecordStorage", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("ProcessGroupsOptions.MaxScopes", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("MulticastOptions.MaxMembers", StringComparison.Ordinal));
    }
}
