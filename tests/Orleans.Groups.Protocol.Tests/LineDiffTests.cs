namespace Orleans.Groups.Protocol.Tests;

public sealed class LineDiffTests
{
    [Fact]
    public void Between_EqualTexts_SaysNothing() => Assert.Empty(LineDiff.Between("a\nb\n", "a\nb\n"));

    [Fact]
    public void Between_ChangedAndAddedLines_ShowsThemWithTheLineBefore() =>
        Assert.Equal("  a\n- b\n+ B\n  c\n+ d\n", LineDiff.Between("a\nb\nc\n", "a\nB\nc\nd\n"));

    [Fact]
    public void Between_NothingApproved_ShowsAllAsNew() => Assert.Equal("+ a\n+ b\n", LineDiff.Between("", "a\nb\n"));
}
