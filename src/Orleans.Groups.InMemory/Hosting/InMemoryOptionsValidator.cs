using Microsoft.Extensions.Options;

namespace Orleans.Groups.InMemory;

/// <summary>Says everything that is wrong with the options, and that it is this engine that says so.</summary>
internal sealed class InMemoryOptionsValidator : IValidateOptions<InMemoryClusterOptions>
{
    private const string Provider = "Orleans.Groups.InMemory: ";

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, InMemoryClusterOptions options)
    {
        var errors = options.GetErrors();
        return errors.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(errors.Select(static error => Provider + error));
    }
}
