namespace Orleans.Groups.Tests;

/// <summary>A silo that was declared dead does not take the process of the tests with it.</summary>
internal sealed class SurvivingSilo : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => false;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
    }
}
