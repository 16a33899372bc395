/** The extensions of plugins (hudson.ExtensionFinder): one whose constructor throws is left out, and Jenkins starts. */
class Extensions {
    /** How Guice calls a constructor, and what looks for all extensions of a type. */
    static final String PROVISION = """
        com.google.inject.internal.DefaultConstructionProxyFactory$FastClassProxy.newInstance(DefaultConstructionProxyFactory.java:82)
        com.google.inject.internal.ConstructorInjector.provision(ConstructorInjector.java:114)
        com.google.inject.internal.ConstructorInjector.access$000(ConstructorInjector.java:33)
        com.google.inject.internal.ConstructorInjector$1.call(ConstructorInjector.java:98)
        com.google.inject.internal.ProvisionListenerStackCallback$Provision.provision(ProvisionListenerStackCallback.java:109)
        hudson.ExtensionFinder$GuiceFinder$SezpozModule.onProvision(ExtensionFinder.java:614)
        com.google.inject.internal.ProvisionListenerStackCallback$Provision.provision(ProvisionListenerStackCallback.java:117)
        com.google.inject.internal.ProvisionListenerStackCallback.provision(ProvisionListenerStackCallback.java:66)
        com.google.inject.internal.ConstructorInjector.construct(ConstructorInjector.java:93)
        com.google.inject.internal.ConstructorBindingImpl$Factory.get(ConstructorBindingImpl.java:300)
        com.google.inject.internal.ProviderToInternalFactoryAdapter.get(ProviderToInternalFactoryAdapter.java:40)
        """;
    static final String SCOPE = """
        com.google.inject.internal.SingletonScope$1.get(SingletonScope.java:169)
        hudson.ExtensionFinder$GuiceFinder$FaultTolerantScope$1.get(ExtensionFinder.java:449)
        com.google.inject.internal.InternalFactoryToProviderAdapter.get(InternalFactoryToProviderAdapter.java:45)
        com.google.inject.internal.InjectorImpl$1.get(InjectorImpl.java:1148)
        """;
    static final String FIND = """
        hudson.ExtensionFinder$GuiceFinder._find(ExtensionFinder.java:407)
        hudson.ExtensionFinder$GuiceFinder.find(ExtensionFinder.java:398)
        hudson.ClassicPluginStrategy.findComponents(ClassicPluginStrategy.java:354)
        """;
    private static final String LISTENERS = """
        hudson.ExtensionList.load(ExtensionList.java:389)
        hudson.ExtensionList.ensureLoaded(ExtensionList.java:308)
        hudson.ExtensionList.iterator(ExtensionList.java:160)
        jenkins.model.Jenkins.<init>(Jenkins.java:1035)
        """;

    /** @param className of an extension in the stand-in's own plugin, for which `failure` is thrown */
    static void skip(String className, Throwable failure) {
        String loader = "PluginClassLoader for stand-in//" + className, fastClass = loader + "$$FastClassByGuice$$1a5990e4.";
        String constructor = loader + ".<init>(" + className.substring(className.lastIndexOf('.') + 1) + ".java:4)\n"
            + fastClass + "GUICE$TRAMPOLINE(<generated>)\n" + fastClass + "apply(<generated>)\n";
        Stack.at(failure, constructor, PROVISION, SCOPE, FIND, LISTENERS, Stack.NEW_JENKINS);
        var refused = new JenkinsException("com.google.inject.ProvisionException", "Unable to provision, see the following errors:\n\n"
            + "1) [Guice/ErrorInjectingConstructor]: " + failure.getClass().getSimpleName() + ": " + failure.getMessage() + "\n  at "
            + className + ".<init>(Unknown Source)\n\nLearn more:\n  https://github.com/google/guice/wiki/ERROR_INJECTING_CONSTRUCTOR"
            + "\n\n1 error", failure);
        Stack.at(refused, "com.google.inject.internal.InternalProvisionException.toProvisionException(InternalProvisionException.java:251)\n",
            "com.google.inject.internal.ProviderToInternalFactoryAdapter.get(ProviderToInternalFactoryAdapter.java:43)\n", SCOPE, FIND,
            LISTENERS, Stack.NEW_JENKINS);
        Log.warning("hudson.ExtensionFinder$GuiceFinder$FaultTolerantScope$1#error",
            "Failed to instantiate Key[type=" + className + ", annotation=[none]]; skipping this component", refused);
    }
}
